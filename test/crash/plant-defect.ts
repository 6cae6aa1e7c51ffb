/** Loaded before the program (`node --import`): gives it the defect that PLANT_DEFECT names, in memory only. */
import { registerHooks } from 'node:module';
import { DEFECTS } from './defects.ts';

const [, changes] =
  Object.entries(DEFECTS).find(([name]) => name === process.env['PLANT_DEFECT']) ?? [];
if (changes === undefined) throw new Error('PLANT_DEFECT names no defect');

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = changes.filter(({ file }) => url.endsWith(`/${file}`));
    if (here.length === 0) return loaded;
    const given = loaded.source ?? '';
    let source = typeof given === 'string' ? given : new TextDecoder().decode(given);
    for (const { file, from, to } of here) {
      // A defect that is not there would prove nothing.
      if (source.split(from).length !== 2)
        throw new Error(`${file} has not one place with: ${from}`);
      source = source.replace(from, () => to);
    }
    return { ...loaded, source };
  },
});
