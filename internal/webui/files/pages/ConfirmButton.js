import {html, useEffect, useRef, useState} from '../ui.js';

/**
 * A button for what cannot be undone: pressed, it asks in its place.
 * @param {{text: string, question: string, yes: string, no: string, disabled?: boolean, onConfirm(): void}} props
 */
export function ConfirmButton({text, question, yes, no, disabled, onConfirm}) {
  const [asking, setAsking] = useState(false);
  const safe = useRef(/** @type {HTMLButtonElement|null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  const asked = useRef(false);
  useEffect(() => {
    if (asking) safe.current?.focus();
    else if (asked.current) button.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) return html`<button ref=${button} aria-disabled=${!!disabled} onClick=${() => disabled || setAsking(true)}>${text}</button>`;
  const escape = (/** @type {KeyboardEvent} */ e) => {
    if (e.key !== 'Escape') return;
    e.stopPropagation(); // only the question is left, not what it stands in
    setAsking(false);
  };
  return html`
    <div class="confirm" role="group" aria-label=${question} onKeyDown=${escape}>
      <p>${question}</p>
      <div class="actions">
        <button ref=${safe} onClick=${() => setAsking(false)}>${no}</button>
        <button class="danger" disabled=${disabled} onClick=${() => { setAsking(false); onConfirm(); }}>${yes}</button>
      </div>
    </div>`;
}
