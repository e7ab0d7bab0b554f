/** What the page can do where scripts run. Without them everything is there too, only in one order and one theme. */
import { startCopy } from './copy.ts';
import { startDetails } from './details.ts';
import { startFilter } from './filter.ts';
import { startHover } from './hover.ts';
import { startSort } from './sort.ts';
import { startTheme } from './theme.ts';
import { openView } from './view-state.ts';

const view = openView();
startTheme(view);
startSort(view);
startFilter(view);
startDetails(view);
startCopy();
startHover();
view.scrollToAnchor();
