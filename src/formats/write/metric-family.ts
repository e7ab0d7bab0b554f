/** Metrics of one name, and what each is of. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info' | 'stateset';
  /** The name's end. */
  readonly unit?: 'seconds' | 'bytes';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Behind the family's name: `_total` of counters. */
  readonly suffix?: string;
  /** Those without a value are left out. */
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly value: number;
}
