// Every text of the pages, in English. A text with something to fill in is a
// function. Another language is a file beside this one, with the same names.

export default {
  app: {
    name: 'Seathold',
    events: 'Events',
    myOrders: 'My orders',
    organizer: 'Organizer',
    signIn: 'Sign in',
    signOut: 'Sign out',
    signedInAs: (/** @type {string} */ name) => `Signed in as ${name}`,
    skip: 'Skip to the content',
    loading: 'Loading…',
    notFound: 'There is nothing at this address.',
    toEvents: 'To the events',
    tryAgain: 'Try again',
    close: 'Close',
    cancel: 'Cancel',
    wentWrong: 'That did not work.',
  },
  errors: {
    offline: 'The service cannot be reached. Check your connection; the page goes on by itself.',
    unavailable: 'The service is busy. Try again in a moment.',
    signedOut: 'Your session has ended. Sign in again; your choice is kept.',
  },
  states: {free: 'free', held: 'held by someone', sold: 'sold', blocked: 'not for sale', mine: 'yours', chosen: 'chosen'},
  account: {},
  events: {},
  event: {},
  hall: {},
  list: {},
  orders: {},
  organizer: {},
};
