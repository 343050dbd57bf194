/**
 * What the first photos do without. In the order in which it is likely to be wanted: each is loaded in it once the
 * photos are there, so that hardly anybody waits for one.
 */
import { Room } from './design/room';

export const rooms = {
  viewer: new Room(() => import('./viewer/Viewer.svelte')),
  results: new Room(() => import('./search/Results.svelte')),
  question: new Room(() => import('./selection/Question.svelte')),
  organise: new Room(() => import('./organise/OrganisePage.svelte')),
  label: new Room(() => import('./organise/LabelPage.svelte')),
  map: new Room(() => import('./map/MapPage.svelte')),
  household: new Room(() => import('./household/Household.svelte')),
  alike: new Room(() => import('./alike/Alike.svelte')),
  trash: new Room(() => import('./trash/Trash.svelte')),
  settings: new Room(() => import('./settings/Settings.svelte')),
  place: new Room(() => import('./selection/PlaceQuestion.svelte')),
  keys: new Room(() => import('./commands/Keys.svelte')),
  saveSearch: new Room(() => import('./search/SaveSearch.svelte')),
};

/** What comes before there is a library. */
export const doors = {
  firstStart: new Room(() => import('./household/FirstStart.svelte')),
  signIn: new Room(() => import('./household/SignIn.svelte')),
};
