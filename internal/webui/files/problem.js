// What a call of the API was refused with.

import {t} from './texts.js';

/** A refusal: the service's problem document (RFC 9457), or no answer at all. */
export class Problem extends Error {
  /**
   * @param {{status: number, code: string, detail: string, seats?: string[], retry_after?: number}} p
   */
  constructor(p) {
    super(p.detail);
    this.name = 'Problem';
    this.status = p.status;
    /** Stable, such as seats_taken; offline where no answer came. */
    this.code = p.code;
    this.detail = p.detail;
    /** The seats that it is about. @type {string[]} */
    this.seats = p.seats ?? [];
    /** Seconds after which a repeat may succeed; 0 where none is told. */
    this.retryAfter = p.retry_after ?? 0;
  }
}

/** No answer came. */
export const offline = () => new Problem({status: 0, code: 'offline', detail: t.errors.offline});

/**
 * The refusal that an answer is.
 * @param {Response} answer
 */
export async function problemOf(answer) {
  const detail = answer.status >= 500 ? t.errors.unavailable : t.app.wentWrong;
  const p = {status: answer.status, code: 'unknown', detail, retry_after: Number(answer.headers.get('Retry-After')) || 0};
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    Object.assign(p, await answer.json().catch(() => ({})));
  }
  return new Problem(p);
}
