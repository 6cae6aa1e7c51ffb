/**
 * What Discord shows of marked-up text: the letters, without markup and escapes. Knows what the adapter
 * writes: headings, small print, bold, code blocks and backslashes.
 */
export function shownText(content: string): string {
  return pieces(content)
    .map((piece) => (piece.type === 'code' ? piece.text : withoutMarkup(piece.text)))
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

type Piece = { readonly type: 'code' | 'prose'; readonly text: string };

function pieces(content: string): readonly Piece[] {
  return content.split('```').map((text, index) => ({
    type: index % 2 === 1 ? ('code' as const) : ('prose' as const),
    text,
  }));
}

function withoutMarkup(prose: string): string {
  return prose
    .split('\n')
    .map((line) => line.replace(/^(?:## |-# )/u, ''))
    .join('\n')
    .replaceAll('**', '')
    .replace(/\\([\p{P}\p{S}])/gu, '$1');
}

/** Markup in prose that nobody of ours writes: mentions, links, spoilers, quotes, emphasis. */
export function strangeMarkdown(content: string): readonly string[] {
  return pieces(content)
    .filter(({ type }) => type === 'prose')
    .flatMap(({ text }) => {
      const bare = text
        .replace(/\\[\p{P}\p{S}]/gu, '')
        .replaceAll('**', '')
        .replace(/^(?:## |-# )/gmu, '');
      const found =
        /<[@#:!t/]|@(?:everyone|here)|\[[^\]]*\]\(|\|\||~~|[*_`]|^\s*(?:>|#{1,3} |[-+] |\d+\. )|https?:\/\//gmu.exec(
          bare,
        );
      return found === null ? [] : [`${found[0]} in ${text}`];
    });
}
