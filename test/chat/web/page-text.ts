const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** What a reader sees of the page's own HTML, which is always well-formed. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Tags that messages and forms are made of. None runs, loads or links to anything. */
const TAGS = new Set(
  (
    'article span header time p div h2 h3 dl dt dd table caption thead tbody tr th td figure figcaption ul ol li ' +
    'button svg path circle rect line polyline polygon title form label input textarea fieldset legend'
  ).split(' '),
);

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][\w-]*(?:="[^"<>]*")?)*)\s*>/gi;
const UNSAFE_ATTRIBUTE =
  /\s(?:on\w+|style|src|href|action|formaction|srcdoc|xlink:href)(?=[\s=]|$)/i;

/**
 * What in a piece of HTML is not as we write it: tags or attributes that we never use, or a `<` or `>`
 * that belongs to no tag. Values in quotes cannot hide any: we escape `<`, `>` and quotes in them.
 */
export function strangeMarkup(html: string): readonly string[] {
  const strange: string[] = [];
  const rest = html.replace(TAG, (tag, _close, name: string, attributes: string) => {
    const names = attributes.replace(/="[^"]*"/g, '');
    if (!TAGS.has(name.toLowerCase()) || UNSAFE_ATTRIBUTE.test(names)) strange.push(tag);
    return ' ';
  });
  return /[<>]/.test(rest) ? [...strange, rest] : strange;
}
