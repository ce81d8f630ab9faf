import type { ReactNode } from 'react'
import type { Coverage } from './coverage.ts'
import { t } from './messages.ts'
import classes from './tests.module.css'

/** How much of the flow the cases come by, and what they leave out. */
export function CoverageBar({ coverage }: { readonly coverage: Coverage | undefined }): ReactNode {
  if (!coverage)
    return (
      <p className={classes['muted']}>
        {t('coverage')}: {t('coverageUnknown')}
      </p>
    )
  const { covered, missing } = coverage
  const count = covered.length + missing.length
  return (
    <section className={classes['coverage']} aria-label={t('coverage')}>
      <p>
        <span className={classes['meter']} aria-hidden="true">
          <span style={{ inlineSize: `${(100 * covered.length) / count}%` }} />
        </span>
        {t('covered', { covered: covered.length, count })}
      </p>
      <p className={classes['muted']}>
        {missing.length === 0 ? (
          t('allCovered')
        ) : (
          <>
            {t('notCovered')}{' '}
            {missing.map(id => (
              <code key={id}>{id}</code>
            ))}
          </>
        )}
      </p>
    </section>
  )
}
