// @ts-check

/**
 * Makes `current` look like `wanted` with as few changes as it takes, so that what is focused, open or
 * scrolled stays so, and a growing bar grows instead of being replaced.
 * @param {Element} current
 * @param {Element} wanted
 */
export function morph(current, wanted) {
  // A button that was pressed stays as it is until its answer is here, whatever arrives meanwhile.
  if (current.hasAttribute('aria-disabled') && wanted.hasAttribute('data-click')) {
    wanted.setAttribute('aria-disabled', 'true');
  }
  if (current.isEqualNode(wanted)) return;
  for (const { name } of Array.from(current.attributes)) {
    if (!wanted.hasAttribute(name)) current.removeAttribute(name);
  }
  for (const { name, value } of Array.from(wanted.attributes)) {
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
  morphChildren(current, wanted);
}

/**
 * @param {Element} current
 * @param {Element} wanted
 */
function morphChildren(current, wanted) {
  let place = current.firstChild;
  for (const child of Array.from(wanted.childNodes)) {
    const match = findMatch(place, child);
    if (match === null) {
      current.insertBefore(child, place);
      continue;
    }
    // What lies between is gone from the wanted children.
    while (place !== null && place !== match) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
    place = match.nextSibling;
    if (match instanceof Element && child instanceof Element) morph(match, child);
    else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/**
 * The next sibling, from `place` on, that is the same kind of thing as `child`.
 * @param {ChildNode | null} place
 * @param {ChildNode} child
 * @returns {ChildNode | null}
 */
function findMatch(place, child) {
  for (let candidate = place; candidate !== null; candidate = candidate.nextSibling) {
    if (kindOf(candidate) === kindOf(child)) return candidate;
  }
  return null;
}

/** @param {ChildNode} node */
function kindOf(node) {
  if (!(node instanceof Element)) return node.nodeName;
  const key = node.id || node.getAttribute('data-key') || node.getAttribute('data-click') || '';
  return `${node.nodeName} ${key}`;
}
