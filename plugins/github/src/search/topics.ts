import { defineTask, lookInto, p } from '@batuta/plugin-sdk'
import { gitHubExample } from '../connection.ts'
import { ABOUT_SEARCH, condition, ROW_OUTPUTS, runSearch, searchProperties, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.topics.Search'
const COLUMNS = [
  ...['name', 'display_name', 'short_description', 'description', 'created_by', 'released', 'created_at'],
  ...['updated_at', 'featured', 'curated', 'score'],
]

export const searchTopics = defineTask({
  type: TYPE,
  title: 'Search for topics.',
  description: ABOUT_SEARCH,
  properties: {
    ...searchProperties,
    order: searchProperties.order.deprecated('GitHub orders topics by how well they match: leave it out.'),
    is: p
      .enum('CURATED', 'FEATURED', 'NOT_CURATED', 'NOT_FEATURED')
      .dynamic()
      .group('advanced')
      .title('Those that somebody describes, those that GitHub shows, or the others.'),
    repositories: p.string().dynamic().group('destination').title('Of so many repositories, such as `>100`.'),
    created: p.string().dynamic().group('destination').title('Made then, such as `>2026-01-01`.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'Which topics are about data?',
      full: true,
      code: gitHubExample(TYPE, 'query: data\nrepositories: ">100"'),
    },
  ],
  async run(ctx, props) {
    const is = await props.is.render()
    return await runSearch(ctx, props, {
      path: '/search/topics',
      terms: [
        await props.query.render(),
        condition('is', is && spelled(is)),
        condition('repositories', await props.repositories.render()),
        condition('created', await props.created.render()),
      ],
      row: item => Object.fromEntries(COLUMNS.map(name => [name, lookInto(item, name) ?? null])),
    })
  },
})
