import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Linux keeps its files in memory: https://www.kernel.org/doc/html/latest/filesystems/tmpfs.html */
const IN_MEMORY = '/dev/shm';
/** A run was seen to keep 7 MB at a time; well above, as others may write there too. */
const ROOM_BYTES = 256 * 1024 ** 2;

/**
 * Where tests put what they need for a while: in memory if there is room, so that no test waits for a
 * disk. A killed process loses nothing there either; only a power cut would, and no test makes one.
 */
export function placeForTemporaryFiles(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}
