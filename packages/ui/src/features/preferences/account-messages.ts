import { defineMessages, type Translate } from '../../lib/messages.ts'

const english = {
  account: 'Account',
  signedInAs: 'You sign in as {name}.',
  firstName: 'First name',
  lastName: 'Last name',
  save: 'Save',
  nameSaved: 'Your name was saved.',
  notSaved: 'It was not saved.',
  nothingChanged: 'Nothing has changed.',
  restricted: 'Your account is restricted: an administrator changes this.',
  password: 'Password',
  oldPassword: 'Present password',
  newPassword: 'New password',
  changePassword: 'Change the password',
  passwordSet: 'Your password is changed.',
  needOld: 'The present password is needed.',
  needNew: 'The new password is missing.',
  othersEnd: 'Your other sessions end then.',
  tokens: 'Tokens',
  tokensHint: 'Programs sign in as you with a token, such as the command line or a script.',
  sessions: 'Where you are signed in',
} as const

export const t: Translate<typeof english> = defineMessages('account', english)
