import { rpcClientMaker } from "../../provider/json-client.ts";

/** A log group as CloudWatch Logs describes it (API Reference, LogGroup). */
export interface DescribedLogGroup {
  readonly logGroupName?: string;
  /** Ends in `:*`. */
  readonly arn?: string;
  readonly retentionInDays?: number;
  readonly kmsKeyId?: string;
  readonly logGroupClass?: string;
}

interface Named {
  readonly logGroupName?: string | undefined;
}

type Tags = Readonly<Record<string, string>>;

interface Calls {
  createLogGroup(
    input: Named & {
      readonly kmsKeyId?: string | undefined;
      readonly logGroupClass?: string | undefined;
      readonly tags?: Tags | undefined;
    },
  ): Promise<object>;
  deleteLogGroup(input: Named): Promise<object>;
  describeLogGroups(input: { readonly logGroupNamePrefix: string }): Promise<{ logGroups?: DescribedLogGroup[] }>;
  putRetentionPolicy(input: Named & { readonly retentionInDays: number }): Promise<object>;
  deleteRetentionPolicy(input: Named): Promise<object>;
  associateKmsKey(input: Named & { readonly kmsKeyId: string }): Promise<object>;
  disassociateKmsKey(input: Named): Promise<object>;
  listTagsForResource(input: { readonly resourceArn: string }): Promise<{ tags?: Tags }>;
  tagResource(input: { readonly resourceArn: string; readonly tags: Tags }): Promise<object>;
  untagResource(input: { readonly resourceArn: string; readonly tagKeys: readonly string[] }): Promise<object>;
}

/** CloudWatch Logs. */
export const logsClient = rpcClientMaker<Calls>(
  { clientName: "CloudWatchLogsClient", signingName: "logs", target: "Logs_20140328", version: "1.1" },
  "CreateLogGroup",
  "DeleteLogGroup",
  "DescribeLogGroups",
  "PutRetentionPolicy",
  "DeleteRetentionPolicy",
  "AssociateKmsKey",
  "DisassociateKmsKey",
  "ListTagsForResource",
  "TagResource",
  "UntagResource",
);
