/** Tells whether an element is on the screen or close to it, for what is worth loading only then. */
import type { Action } from 'svelte/action';

const MARGIN = '320px';

export const near: Action<HTMLElement, (near: boolean) => void> = (element, told) => {
  let tell = told;
  const observer = new IntersectionObserver(
    (entries) => tell(entries.some((entry) => entry.isIntersecting)),
    { rootMargin: MARGIN },
  );
  observer.observe(element);
  return {
    update: (next) => (tell = next),
    destroy: () => observer.disconnect(),
  };
};
