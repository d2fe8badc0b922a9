export const landing = {
  title: 'Invitations that know who they were meant for',
  text: 'Every guest gets a personal link. GuestGuard notices when it is opened by somebody else, shows you live, and knows at the door who was really invited.',
  cta: 'Create your first event',
  how: 'See how it works',
  example: {
    label: 'An example of the live view',
    badge: 'Example',
    title: 'Summer dinner',
    opened: 'Amira opened the invitation',
    openedMeta: 'Lyon, FR · iPhone',
    coming: 'Amira is coming with 1 more',
    comingMeta: 'Seat confirmed',
    forwarded: 'Jonas’s link was opened on another device',
    forwardedMeta: 'Hamburg, DE · 40 minutes after Munich',
    arrived: 'Amira has arrived, party of 2',
    arrivedMeta: 'Main entrance',
  },
  steps: {
    title: 'From the list to the door',
    invite: 'Invite',
    inviteText:
      'Import your guest list from a spreadsheet. Everybody gets a link of their own, by mail or SMS.',
    watch: 'Watch',
    watchText:
      'Each opening is scored by device, network and place. You see what happened and why, in plain words.',
    welcome: 'Welcome',
    welcomeText:
      'Guests show a code. One look tells you who it is, how many come along, and whether they are already inside.',
  },
  promises: {
    title: 'Careful with your guests',
    open: 'Sealed until a person opens it',
    openText:
      'Mail scanners and link previews follow links too. They see a closed envelope, and nobody is suspected because of them.',
    way: 'Nobody is left outside without a way in',
    wayText:
      'A guest whose link is stopped gets a calm page that says how to reach you, never an accusation.',
    history: 'Everything can be shown afterwards',
    historyText:
      'Each opening, answer and arrival is recorded once and never rewritten, with the rules that judged it.',
    privacy: 'Private by construction',
    privacyText:
      'No third party is contacted from your guests’ pages, and the personal data of a guest can be erased for good.',
  },
  last: 'Your next event is a few minutes away.',
}
