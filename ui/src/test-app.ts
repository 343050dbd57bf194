/** The page as it is once all of its rooms were loaded, so that a test finds at once what it asks for. */
import Root from './Root.svelte';
import { doors, rooms } from './rooms';

await Promise.all([...Object.values(rooms), ...Object.values(doors)].map((room) => room.load()));

export { Root };
