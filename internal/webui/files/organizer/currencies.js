// The currencies that a price may have.

import {locale} from '../texts.js';

const common = ['EUR', 'USD', 'GBP', 'CHF'];
const names = new Intl.DisplayNames(locale, {type: 'currency'});

/** ISO 4217 codes, the most used ones first. */
export const currencies = () => [...common, ...Intl.supportedValuesOf('currency').filter(c => !common.includes(c))];

/** @param {string} code */
export const currencyName = code => names.of(code) ?? code;
