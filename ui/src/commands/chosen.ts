/** Commands that were chosen elsewhere than on the keyboard, told to the grid that carries them out. */
import type { CommandId } from './keymap';

type Listener = (command: CommandId) => void;

const listeners = new Set<Listener>();

/** Answers how to stop listening. */
export function onChosen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellChosen(command: CommandId): void {
  for (const listener of listeners) listener(command);
}
