// Parts of snapshots. How one is written differs by database: see `insertSnapshotPart` of the dialect.
export const DELETE_OTHER_TURNS = 'delete from snapshots where ? and turn <> ?'
/** Index: the primary key, as of the next. */
export const FIND_SNAPSHOT = 'select turn, bytes from snapshots where ? and part = 0 order by turn desc limit 1'
export const LIST_PARTS = 'select part, bytes from snapshots where ? and turn = ? and part > ? order by part limit ?'
