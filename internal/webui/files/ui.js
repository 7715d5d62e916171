// The one place that knows which library draws: Preact, with its templates
// written in plain JavaScript (htm), so that nothing has to be built.

import {Fragment, h, render} from './vendor/preact.js';
import htm from './vendor/htm.js';

export {useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState} from './vendor/hooks.js';
export {Fragment, render};
export const html = htm.bind(h);
