import { registerHooks } from 'node:module';

/** Loaded before the program: prints the address of every module that is loaded, as it is. */
registerHooks({
  load(url, context, next) {
    process.stderr.write(`loaded ${url}\n`);
    return next(url, context);
  },
});
