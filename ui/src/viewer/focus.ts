/** Keeps the Tab key within a dialog for as long as it is open. */
const CONTROLS =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), summary, ' +
  'video, [tabindex="0"]';

export function trapFocus(dialog: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Tab') return;
    // What stands over it keeps the key within itself.
    if (dialog.hasAttribute('inert') || dialog.inert || document.querySelector('dialog[open]')) return;
    const controls = [...dialog.querySelectorAll<HTMLElement>(CONTROLS)].filter(
      // Not what lies in a closed disclosure.
      (control) => control.tabIndex >= 0 && !control.closest('details:not([open]) > :not(summary)'),
    );
    const first = controls[0];
    const last = controls.at(-1);
    const active = document.activeElement;
    const outside = !dialog.contains(active) || active === dialog;
    const wanted = event.shiftKey
      ? (active === first || outside) && last
      : (active === last || !dialog.contains(active)) && first;
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
