/** Whether the program behind the page is still the one that this page came from. */

/** Another version has its scripts under other names: the old ones are gone with it. Throws where nobody answers. */
export async function outdated(page: Document = document): Promise<boolean> {
  const own = page.querySelector('script[type="module"][src]')?.getAttribute('src');
  const answer = await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } });
  return answer.ok && own !== null && own !== undefined && !(await answer.text()).includes(own);
}
