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
    signedInAs: name => `Signed in as ${name}`,
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
  hall: {
    unnamed: n => `Section ${n}`,
    row: label => `row ${label}`,
    seat: label => `seat ${label}`,
    picture: count => `Picture of the hall, ${count} seats`,
    free: count => `${count} free`,
    full: 'sold out',
    from: price => `from ${price}`,
    zoom: 'Zoom',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show the whole hall',
    categories: 'Prices',
    marks: 'Marks',
  },
  list: {
    view: 'View',
    map: 'Map',
    list: 'List',
    seatsOf: (/** @type {string} */ hall) => `Seats, ${hall}`,
    keys: 'Arrow keys move from seat to seat, Enter chooses, Page Up and Page Down change the section, Escape leaves.',
    filter: 'Which seats to list',
    onlyFree: 'Only free seats',
    category: 'Category',
    allCategories: 'All',
    free: (/** @type {string} */ free, /** @type {string} */ total) => `${free} of ${total} free`,
    prices: (/** @type {string} */ least, /** @type {string} */ most) => `${least} – ${most}`,
    noneFree: 'No free seats here.',
    timeLeft: (/** @type {number} */ seconds) => {
      if (seconds === 0) return 'Time is over.';
      if (seconds === 60) return 'One minute left.';
      return seconds < 60 ? `${seconds} seconds left.` : `${seconds / 60} minutes left.`;
    },
  },
  orders: {},
  organizer: {},
};
