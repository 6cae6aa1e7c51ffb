import { loadLocalBot } from '../main.ts';

/**
 * `evenkeel compile`: loads what a bot with nothing configured runs, and so leaves it compiled on the disk
 * (bin/evenkeel.js). The compiler stays in the memory of the process that needed it, about 30 MB.
 */
export async function compile(): Promise<void> {
  await import('./start.ts');
  await loadLocalBot();
}
