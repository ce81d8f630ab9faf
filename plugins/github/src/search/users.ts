import { defineTask, numberIn, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample } from '../connection.ts'
import { ABOUT_SEARCH, condition, ROW_OUTPUTS, runSearch, searchProperties, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.users.Search'
const TYPES = { USER: 'user', ORGANIZATION: 'org' } as const

const REPOSITORIES =
  'public: repositories(privacy: PUBLIC, ownerAffiliations: [OWNER]) { totalCount } private: repositories(privacy: PRIVATE, ownerAffiliations: [OWNER]) { totalCount }'
const OF_USER = 'name company location createdAt updatedAt followers { totalCount } following { totalCount }'
const OF_ORGANIZATION = 'name location createdAt updatedAt'

export const searchUsers = defineTask({
  type: TYPE,
  title: 'Search for users.',
  description: `Without a token a row is no more than the name of the account and its address. ${ABOUT_SEARCH}`,
  properties: {
    ...searchProperties,
    language: p.string().dynamic().group('advanced').title('Whose repositories are in this language.'),
    created: p.string().dynamic().group('destination').title('Here since then, such as `>2026-01-01`.'),
    repositories: p.integer().dynamic().group('destination').title('With so many repositories.'),
    in: p.string().dynamic().group('advanced').title('Where the words stand: login, name, email.'),
    location: p.string().dynamic().group('advanced').title('Who live there.'),
    followers: p.string().dynamic().group('advanced').title('With so many followers, such as `>100`.'),
    accountType: p.enum('USER', 'ORGANIZATION').dynamic().group('connection').title('People, or organisations.'),
    sort: p
      .enum('JOINED', 'REPOSITORIES', 'FOLLOWERS')
      .dynamic()
      .default('JOINED')
      .group('processing')
      .title('By when they came, or by the number of repositories or followers.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'Who writes Julia in Lisbon?',
      full: true,
      code: gitHubExample(TYPE, 'language: julia\nlocation: Lisbon\naccountType: USER'),
    },
  ],
  async run(ctx, props) {
    const accountType = await props.accountType.render()
    return await runSearch(ctx, props, {
      path: '/search/users',
      terms: [
        await props.query.render(),
        condition('language', await props.language.render()),
        condition('created', await props.created.render()),
        condition('repos', await props.repositories.render()),
        condition('in', await props.in.render()),
        condition('location', await props.location.render()),
        condition('followers', await props.followers.render()),
        condition('type', accountType && TYPES[accountType]),
      ],
      sort: spelled(await props.sort.render()),
      selection: `... on User { ${OF_USER} ${REPOSITORIES} } ... on Organization { ${OF_ORGANIZATION} ${REPOSITORIES} }`,
      row: userRow,
    })
  },
})

function userRow(item: unknown, details: unknown): Readonly<Record<string, unknown>> {
  return {
    username: textIn(item, 'login') ?? null,
    url: textIn(item, 'html_url') ?? null,
    name: textIn(details, 'name') ?? null,
    followers: numberIn(details, 'followers', 'totalCount') ?? null,
    following: numberIn(details, 'following', 'totalCount') ?? null,
    location: textIn(details, 'location') ?? null,
    company: textIn(details, 'company') ?? null,
    public_repositories: numberIn(details, 'public', 'totalCount') ?? null,
    private_repositories: numberIn(details, 'private', 'totalCount') ?? null,
    updated: textIn(details, 'updatedAt') ?? null,
    created: textIn(details, 'createdAt') ?? null,
    type: textIn(item, 'type') ?? null,
  }
}
