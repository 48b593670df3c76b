/**
 * What is wrong with the words of the controls that a selector finds: each has to stand whole within its control, on the screen.
 * @param {string} selector
 * @returns {string[]}
 */
(selector) => {
  const faults = [];
  const controls = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const boxes = controls.map((one) => one.getBoundingClientRect());
  const within = (inner, outer) =>
    inner.left > outer.left - 0.5 && inner.right < outer.right + 0.5 && inner.top > outer.top - 0.5 && inner.bottom < outer.bottom + 0.5;
  controls.forEach((control, number) => {
    const box = boxes[number];
    const name = control.textContent.trim().replace(/\s+/g, " ");
    if (!within(box, { left: 0, top: 0, right: innerWidth, bottom: innerHeight })) faults.push(`"${name}" is off the screen`);
    const apart = (other) => box.right <= other.left + 0.5 || box.left >= other.right - 0.5 || box.bottom <= other.top + 0.5 || box.top >= other.bottom - 0.5;
    if (boxes.some((other, place) => place !== number && !apart(other))) faults.push(`"${name}" lies over another control`);
    const texts = document.createTreeWalker(control, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const shown = text.parentElement.checkVisibility() && !text.parentElement.closest(".unseen, .said"); // those: for screen readers alone
      if (!shown) continue;
      for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const pieces = [...range.getClientRects()];
        if (pieces.length !== 1) faults.push(`"${word}" of "${name}" is broken or hidden`);
        if (!pieces.every((piece) => within(piece, box))) faults.push(`"${word}" of "${name}" sticks out`);
        if (getComputedStyle(text.parentElement).textOverflow === "ellipsis") faults.push(`"${name}" may end in an ellipsis`);
      }
    }
  });
  return faults;
};
