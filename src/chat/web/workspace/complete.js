// @ts-check

/** @typedef {{ name: string, description: string, kind: string }} Option */
/** @typedef {{ name: string, description: string, usage: string, options: Option[] }} Command */
/**
 * One line of the list. `text` is the whole input once it is taken.
 * @typedef {{ label: string, detail: string, description: string, text: string }} Suggestion
 */

const MOST = 12;

/** What follows an option that takes a value. @type {Record<string, string>} */
const VALUES = { money: 'AMOUNT', count: 'NUMBER' };

/**
 * What could follow what was typed so far.
 * @param {string} typed
 * @param {{ commands: Command[], accounts: string[] }} known
 * @returns {{ suggestions: Suggestion[], preselect: boolean }} `preselect`: Enter takes the first one
 */
export function complete(typed, { commands, accounts }) {
  if (!typed.startsWith('/')) return { suggestions: [], preselect: false };
  const words = typed.slice(1).split(/\s+/);
  const word = words.at(-1) ?? '';
  const name = words[0] ?? '';
  if (words.length === 1) {
    const fitting = matching(commands, name, (command) => command.name).map(suggestCommand);
    return offer(fitting, name === '' ? '' : typed);
  }
  const command = commands.find((one) => one.name === name.toLowerCase());
  if (command === undefined) return { suggestions: [], preselect: false };
  const before = typed.slice(0, typed.length - word.length);
  const fitting = suggestWords(command, words.slice(1, -1), word, accounts);
  return offer(
    fitting.map((one) => ({ ...one, text: before + one.text })),
    word,
  );
}

/**
 * Enter takes the first suggestion of a word that was begun. One that was not begun, or is typed out,
 * or is something else, is nobody's business but the server's.
 * @param {Suggestion[]} suggestions
 * @param {string} word
 */
function offer(suggestions, word) {
  const begun = word !== '' && !suggestions.some(({ label }) => label === word);
  return {
    suggestions: suggestions.slice(0, MOST),
    preselect: begun && suggestions.length > 0,
  };
}

/**
 * What starts with the text comes first, then what holds it.
 * @template T
 * @param {readonly T[]} list
 * @param {string} text
 * @param {(entry: T) => string} nameOf
 * @returns {T[]}
 */
function matching(list, text, nameOf) {
  const wanted = text.toLowerCase();
  const starts = list.filter((entry) => nameOf(entry).startsWith(wanted));
  const holds = list.filter((entry) => nameOf(entry).includes(wanted) && !starts.includes(entry));
  return [...starts, ...holds];
}

/**
 * @param {Command} command
 * @returns {Suggestion}
 */
function suggestCommand({ name, description, usage, options }) {
  return {
    label: `/${name}`,
    detail: usage.replace(/^\/?\S+\s*/, ''),
    description,
    text: options.length === 0 ? `/${name}` : `/${name} `,
  };
}

/**
 * @param {Command} command
 * @param {string[]} before the words between the command and the one being typed
 * @param {string} word
 * @param {string[]} accounts
 * @returns {Suggestion[]}
 */
function suggestWords({ options }, before, word, accounts) {
  const last = options.find(({ name }) => `--${name}` === before.at(-1));
  if (last !== undefined && last.kind in VALUES) return [];
  const open = options.filter(({ name, kind }) => !before.includes(`--${name}`) && kind !== 'text');
  const suggestions = [];
  for (const option of open) {
    const names = option.kind === 'scope' ? [...accounts, 'all'] : accounts;
    const positional = option.kind === 'account' || option.kind === 'scope';
    if (!positional)
      suggestions.push(
        ...matching([option], word.replace(/^-+/, ''), ({ name }) => name).map(suggestOption),
      );
    else if (!before.some((one) => names.includes(one)))
      suggestions.push(...namesLike(names, word, option));
  }
  return suggestions;
}

/**
 * @param {string[]} names
 * @param {string} word
 * @param {Option} option
 * @returns {Suggestion[]}
 */
function namesLike(names, word, { description }) {
  return matching(names, word, (name) => name).map((name) => ({
    label: name,
    detail: '',
    description,
    text: `${name} `,
  }));
}

/**
 * @param {Option} option
 * @returns {Suggestion}
 */
function suggestOption({ name, description, kind }) {
  const detail = VALUES[kind] ?? '';
  return { label: `--${name}`, detail, description, text: `--${name} ` };
}
