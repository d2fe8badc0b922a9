export const outbox = {
  title: 'Outbox',
  text: 'No mail server is set up, so messages are kept here in place of being sent.',
  emptyTitle: 'Nothing has been sent yet',
  emptyText: 'Invitations that you send to guests will show up here.',
  to: 'To',
  noSubject: 'No subject',
  sms: 'SMS',
  email: 'E-mail',
  choose: 'Choose a message to read it.',
  preview: 'Message to {to}',
  refresh: 'Refresh',
  links: 'Links in this message',
}
