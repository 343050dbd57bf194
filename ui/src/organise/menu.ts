/** What can be done to an album or a tag, as the items of a menu. */
import type { MenuItem } from '../design/Menu.svelte';
import { t } from '../i18n/i18n';
import type { NameList } from './names';

/** What is asked before something is done to a label. */
export interface Ask {
  what: 'make' | 'rename' | 'remove';
  list: NameList;
  /** The label; to make one, what its name begins with. */
  name: string;
}

export function menuOf(list: NameList, name: string, ask: (ask: Ask) => void): MenuItem[] {
  const items: MenuItem[] = [
    {
      label: t('organise.rename'),
      icon: 'edit',
      testid: 'label-rename',
      choose: () => ask({ what: 'rename', list, name }),
    },
    {
      label: t('organise.remove'),
      icon: 'trash',
      danger: true,
      testid: 'label-remove',
      choose: () => ask({ what: 'remove', list, name }),
    },
  ];
  if (list === 'albums') return items;
  const below: MenuItem = {
    label: t('organise.tags.below'),
    icon: 'plus',
    testid: 'label-below',
    choose: () => ask({ what: 'make', list, name: `${name}/` }),
  };
  return [below, ...items];
}
