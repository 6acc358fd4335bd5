/** One AWS call that the sandbox answered: what CloudTrail would tell of it. */
export interface CallRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  readonly accountId?: string;
  readonly region: string;
  readonly principalArn?: string;
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
  readonly userAgent?: string;
  readonly status: number;
  readonly errorCode?: string;
  readonly milliseconds: number;
}

/** The latest calls, oldest first. */
export interface CallLog {
  add(record: CallRecord): void;
  /** Those whose fields equal the given ones; `since` is the earliest time. */
  find(filter: ReadonlyMap<string, string>): CallRecord[];
  clear(): void;
}

/** Keeps the latest `capacity` calls. */
export function createCallLog(capacity = 20_000): CallLog {
  let records: CallRecord[] = [];
  return {
    add(record) {
      records.push(record);
      // Dropping a tenth at a time costs less than one on every call.
      if (records.length > capacity * 1.1) records = records.slice(-capacity);
    },
    find(filter) {
      const matches = records.slice(-capacity).filter((record) =>
        [...filter].every(([field, wanted]) => {
          if (field === "since") return record.time >= wanted;
          return field === "limit" || String(record[field as keyof CallRecord] ?? "") === wanted;
        }),
      );
      const limit = Number(filter.get("limit") ?? 0);
      return limit > 0 ? matches.slice(-limit) : matches;
    },
    clear() {
      records = [];
    },
  };
}
