import { defineTask, numberIn, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample, repositoryProperty } from '../connection.ts'
import { ABOUT_SEARCH, condition, ROW_OUTPUTS, runSearch, searchProperties, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.repositories.Search'

export const searchRepositories = defineTask({
  type: TYPE,
  title: 'Search for repositories.',
  description: `The number of open pull requests is known with a token only. ${ABOUT_SEARCH}`,
  properties: {
    ...searchProperties,
    repository: repositoryProperty,
    language: p.string().dynamic().group('advanced').title('In this language.'),
    created: p.string().dynamic().group('destination').title('Made then, such as `>2026-01-01`.'),
    stars: p.string().dynamic().group('advanced').title('With so many stars, such as `>100`.'),
    user: p.string().dynamic().group('advanced').title('Of this user.'),
    topic: p.string().dynamic().group('destination').title('With this topic.'),
    sort: p
      .enum('UPDATED', 'STARS', 'FORKS')
      .dynamic()
      .default('UPDATED')
      .group('processing')
      .title('By when they were changed, or by the number of stars or forks.'),
    visibility: p
      .enum('PUBLIC', 'PRIVATE', 'INTERNAL')
      .dynamic()
      .group('advanced')
      .title('Those that everybody sees, or only some.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'What has the company written in Rust?',
      full: true,
      code: gitHubExample(TYPE, 'user: company\nlanguage: rust\nsort: STARS\norder: DESC'),
    },
  ],
  async run(ctx, props) {
    const visibility = await props.visibility.render()
    return await runSearch(ctx, props, {
      path: '/search/repositories',
      terms: [
        await props.query.render(),
        condition('repo', await props.repository.render()),
        condition('language', await props.language.render()),
        condition('created', await props.created.render()),
        condition('stars', await props.stars.render()),
        condition('user', await props.user.render()),
        condition('topic', await props.topic.render()),
        condition('is', visibility?.toLowerCase()),
      ],
      sort: spelled(await props.sort.render()),
      selection: '... on Repository { pullRequests(states: OPEN) { totalCount } }',
      row: (item, details) => ({
        name: textIn(item, 'name') ?? null,
        full_name: textIn(item, 'full_name') ?? null,
        url: textIn(item, 'html_url') ?? null,
        description: textIn(item, 'description') ?? null,
        owner: textIn(item, 'owner', 'login') ?? null,
        // The number of forks has borne this name from the beginning.
        task_count: numberIn(item, 'forks_count') ?? null,
        forks_count: numberIn(item, 'forks_count') ?? null,
        stars_count: numberIn(item, 'stargazers_count') ?? null,
        pull_request_count: numberIn(details, 'pullRequests', 'totalCount') ?? null,
        issues_count: numberIn(item, 'open_issues_count') ?? null,
        updated: textIn(item, 'updated_at') ?? null,
        created: textIn(item, 'created_at') ?? null,
        language: textIn(item, 'language') ?? null,
      }),
    })
  },
})
