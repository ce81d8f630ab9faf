// The properties by which the tasks of nearly every database reach it.
import { p } from '@batuta/plugin-sdk'
import type { LazyProperties, Presence, Property, RunContext } from '@batuta/plugin-sdk'

export function urlProperty(example: string): Property<string, 'present'> {
  return p
    .string()
    .dynamic()
    .required()
    .group('main')
    .title('JDBC URL of the database.')
    .describe(`For instance \`${example}\`.`)
}

export const credentialProperties = {
  username: p.string().dynamic().group('connection').title('User.'),
  password: p.string().dynamic().secret().group('connection').title('Password.'),
}

export const poolProperties = {
  connectionPooling: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Whether connections are kept for later tasks.'),
  connectionPoolSize: p
    .integer()
    .dynamic()
    .default(10)
    .group('advanced')
    .title('Connections at once to this database with these credentials, per worker.'),
}

/** The same where there is nothing to keep: the names are read and mean nothing. */
export const poollessProperties = {
  connectionPooling: p.boolean().dynamic().default(true).group('advanced').title('Has no effect here.'),
  connectionPoolSize: p.integer().dynamic().default(10).group('advanced').title('Has no effect here.'),
}

/** Undefined when connections are not kept. */
export async function renderPoolSize(props: LazyProperties<typeof poolProperties>): Promise<number | undefined> {
  return (await props.connectionPooling.render()) ? await props.connectionPoolSize.render() : undefined
}

export interface Credentials {
  readonly user?: string
  readonly password?: string
}

type CredentialShape = { readonly [K in keyof typeof credentialProperties]: Property<string, Presence> }

/** What the properties say wins over the URL. */
export async function renderCredentials(
  ctx: RunContext,
  props: LazyProperties<CredentialShape>,
  ofUrl: Credentials = {},
): Promise<Credentials> {
  const user = (await props.username.render()) ?? ofUrl.user
  const password = (await props.password.render()) ?? ofUrl.password
  if (password !== undefined && password !== '') ctx.mask(password)
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
}
