#!/usr/bin/env node
// Plain JavaScript that any Node since 16 can parse: its one job is to refuse an old runtime in
// words before a .ts file is touched, and then to hand over to the program.
const needed = 26;
const major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  process.stderr.write(
    `evenkeel needs Node ${needed} or newer; this is Node ${process.versions.node}.\n` +
      'The checkout brings its own: run "npm install" once, then "npm start", "npm run demo" or\n' +
      '"npx evenkeel ...", which use it whatever Node is installed.\n',
  );
  process.exitCode = 1;
} else {
  const { setFlagsFromString } = await import('node:v8');
  const { enableCompileCache } = await import('node:module');
  const { fileURLToPath } = await import('node:url');
  // A report after a crash, or on a signal, must not carry the tokens of the environment.
  if (process.report) process.report.excludeEnv = true;
  // A bot idles most of its life: a small young generation halves the memory that it keeps.
  setFlagsFromString('--semi-space-growth-factor=1');
  // From the second start on nothing is compiled: faster, and with less memory. A folder that cannot
  // be written costs only that.
  const compiled = fileURLToPath(new URL('../node_modules/.cache/evenkeel', import.meta.url));
  if (process.argv[2] === 'compile') {
    const { forgetCompiled } = await import('../src/lib/forget-compiled.ts');
    forgetCompiled(compiled, process.getuid?.());
  }
  enableCompileCache(compiled);
  const { sparingMemory } = await import('../src/lib/spare-memory.ts');
  const { run } = await sparingMemory(() => import('../src/cli.ts'));
  process.exitCode = await run(process.argv.slice(2));
}
