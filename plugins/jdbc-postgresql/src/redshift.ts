// Amazon Redshift speaks the protocol of PostgreSQL. Its types have fewer properties: what they say of TLS stands in the URL.
import { credentialProperties, isOn, poolProperties, POSTGRESQL, renderPoolSize, urlProperty } from '@batuta/sql-kit'
import type { Database } from '@batuta/sql-kit'
import { fromUrl } from './connection/connection-properties.ts'
import { doorTo } from './postgresql.ts'
import { parseJdbcUrl } from './connection/jdbc-url.ts'

const EXAMPLE = 'jdbc:redshift://cluster.example.eu-west-1.redshift.amazonaws.com:5439/dev'
const RULES = { title: 'Redshift', schemes: ['redshift', 'redshift:iam'], port: 5439, example: EXAMPLE } as const

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poolProperties }

export const redshift: Database<typeof properties> = {
  title: 'Redshift',
  prefix: 'io.kestra.plugin.jdbc.redshift',
  syntax: POSTGRESQL,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const url = parseJdbcUrl(await props.url.render(), RULES)
    const { parameters } = url
    const target = await fromUrl(ctx, {
      url,
      title: RULES.title,
      flavour: 'redshift',
      username: await props.username.render(),
      password: await props.password.render(),
      tls: {},
      // The driver of the vendor insists on TLS as well when nothing is said.
      isTlsWanted: isOn(parameters.get('ssl')),
    })
    return { ...doorTo(ctx, target, await renderPoolSize(props)), takesSeveral: true }
  },
}
