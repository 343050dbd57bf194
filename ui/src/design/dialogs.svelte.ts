/** The dialogs that are open. All the rest of the page is out of reach then, and lies below their backdrop. */
let open = $state.raw<readonly HTMLDialogElement[]>([]);

/** The one that lies above the others: where whatever has to be seen must be; null while none is open. */
export function topmost(): HTMLDialogElement | null {
  return open.at(-1) ?? null;
}

/** A dialog lies above all others now; answers how to say that it is closed. */
export function raised(dialog: HTMLDialogElement): () => void {
  open = [...open, dialog];
  return () => (open = open.filter((other) => other !== dialog));
}
