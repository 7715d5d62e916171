// The card beside a seat that says which it is. Screen readers are told
// elsewhere, so it is hidden from them.

const apart = 8; // px between the card and what it is about
const margin = 6; // px to the edge of the picture

/**
 * @param {HTMLElement} element the picture, in whose bounds the card stays
 */
export function createCard(element) {
  const card = document.createElement('div');
  card.className = 'hall-card';
  card.setAttribute('aria-hidden', 'true');
  card.hidden = true;
  const title = document.createElement('strong');
  const rest = document.createElement('span');
  card.append(title, rest);
  element.append(card);

  return {
    /**
     * Shows it above a spot, or below where there is no room above.
     * @param {string} name
     * @param {string} more
     * @param {{x: number, y: number, r: number}} spot in CSS px
     */
    show(name, more, spot) {
      if (title.textContent !== name) title.textContent = name;
      if (rest.textContent !== more) rest.textContent = more;
      card.hidden = false;
      const {offsetWidth: w, offsetHeight: h} = card;
      const x = Math.min(Math.max(spot.x - w / 2, margin), element.clientWidth - w - margin);
      const above = spot.y - spot.r - apart - h;
      const y = above >= margin ? above : Math.min(spot.y + spot.r + apart, element.clientHeight - h - margin);
      card.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    },
    hide() { card.hidden = true; },
    remove() { card.remove(); },
  };
}
