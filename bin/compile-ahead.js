// What npm runs after an install, so that already the first start finds everything compiled. An install
// must not fail for it: an old runtime is told so when it starts the program.
import process from 'node:process';

if (Number(process.versions.node.split('.')[0]) >= 26) {
  process.argv.splice(1, Infinity, 'evenkeel', 'compile');
  await import('./evenkeel.js');
}
