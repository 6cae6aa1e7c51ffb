// @ts-check

/**
 * The page's one trusted-types policy. It lets through what this server sent, in which every value is
 * escaped; nothing else calls it.
 */
const policy = findFactory()?.createPolicy('evenkeel', { createHTML: (html) => html });

/**
 * Not every browser has trusted types yet, nor does every list of a browser's types.
 * @typedef {{ createHTML: (html: string) => string }} Policy
 * @returns {{ createPolicy: (name: string, rules: Policy) => Policy } | undefined}
 */
function findFactory() {
  return Reflect.get(globalThis, 'trustedTypes');
}

/**
 * @param {string} html as the server rendered it
 * @returns {DocumentFragment}
 */
export function fragment(html) {
  const template = document.createElement('template');
  template.innerHTML = policy === undefined ? html : policy.createHTML(html);
  return template.content;
}

/**
 * @param {string} id of an element that is always on the page
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element with the id ${id}`);
  return element;
}

/**
 * @template {HTMLElement} T
 * @param {string} id of an element that is always on the page
 * @param {new () => T} kind
 * @returns {T}
 */
export function find(id, kind) {
  const element = byId(id);
  if (!(element instanceof kind)) throw new Error(`the element with the id ${id} is another kind`);
  return element;
}

/**
 * @template {HTMLElement} T
 * @param {Element} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T[]} those of the elements that are of that kind
 */
export function findAll(root, selector, kind) {
  return Array.from(root.querySelectorAll(selector)).flatMap((element) =>
    element instanceof kind ? [element] : [],
  );
}
