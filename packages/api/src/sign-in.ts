// Signing in at somebody else's: identity providers, and out again. The paths are those that Kestra's users have registered with their providers.
import Type from 'typebox'
import { defineRoute, ofInstance } from './route.ts'
import { NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfProvider = Type.Object({ provider: Type.String() })

/** Why somebody was not signed in: a word for programs, a sentence for people. The page of the sign-in is given the word as `error`. */
export const SIGN_IN_FAILURES = {
  'provider-unknown': 'There is no such identity provider.',
  'provider-unreachable': 'The identity provider does not answer now. Try again in a moment, or sign in another way.',
  'provider-refused': 'The identity provider refused the sign-in.',
  misconfigured:
    'The identity provider and this server do not agree on how to sign people in. The log of the server tells more.',
  denied: 'The sign-in was called off at the identity provider.',
  'not-begun': 'The sign-in was not begun in this browser, or it took too long. Begin it again.',
  'answer-invalid': 'The answer of the identity provider cannot be trusted. The log of the server tells more.',
  'not-allowed': 'The identity provider knows you, but this account is not let in here.',
  'not-invited': 'The identity provider knows you, but nobody has made a user for you here yet.',
  'name-taken': 'Another user here bears your name already. Ask an administrator to connect the two.',
  'identity-taken': 'This identity is connected with another user here already.',
  'not-signed-in': 'Sign in first: an identity is connected with the user who you are then.',
  disabled: 'Your user is switched off here.',
  'set-up-needed': 'This server has no administrator yet: it must be set up first.',
} as const satisfies Readonly<Record<string, string>>

export type SignInFailure = keyof typeof SIGN_IN_FAILURES

export const signInRoutes = {
  begin: defineRoute({
    method: 'GET',
    paths: ofInstance('/oauth/login/{provider}'),
    params: OfProvider,
    query: Type.Object({
      returnTo: Type.Optional(Type.String({ description: 'The page to go to then, such as /ui/main/flows' })),
      connect: Type.Optional(
        Type.Boolean({ description: 'Do not sign in: connect the identity with the user who is signed in' }),
      ),
    }),
    body: NONE,
    status: 303,
    reply: { type: 'empty' },
    refusals: [404, 503],
    permission: 'public',
    isBeforeSetUp: true,
    summary: 'Sign in at an identity provider: leads there.',
  }),
  complete: defineRoute({
    method: 'GET',
    paths: ofInstance('/oauth/callback/{provider}'),
    params: OfProvider,
    query: NoQuery,
    body: NONE,
    status: 303,
    reply: { type: 'empty' },
    refusals: [401, 403, 404, 503],
    permission: 'public',
    isBeforeSetUp: true,
    summary: 'Where an identity provider sends people back to. Opens a session.',
  }),
  endThere: defineRoute({
    method: 'POST',
    paths: ofInstance('/oauth/backchannel-logout/{provider}'),
    params: OfProvider,
    query: NoQuery,
    body: { type: 'form' },
    status: 200,
    reply: { type: 'empty' },
    refusals: [400],
    permission: 'public',
    summary: 'An identity provider says that somebody has signed out there: their sessions end.',
  }),
  signOut: defineRoute({
    method: 'GET',
    paths: ofInstance('/logout'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 303,
    reply: { type: 'empty' },
    permission: 'public',
    isBeforeSetUp: true,
    summary:
      'Ends the session, and that at the identity provider that it began at, for a link of ours; one of another site leads to the page of the sign-in and ends nothing.',
  }),
}
