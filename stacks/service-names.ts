// IAM prefixes of the services whose prefix is not the SDK's name in lower case without blanks.
// Source: "Actions, resources, and condition keys for AWS services" in AWS's Service Authorization Reference.
const PREFIXES: Readonly<Record<string, string>> = {
  accessanalyzer: "access-analyzer",
  cloudcontrol: "cloudformation",
  cloudwatch: "cloudwatch",
  cloudwatchlogs: "logs",
  configservice: "config",
  eventbridge: "events",
  s3control: "s3",
  sfn: "states",
};

/** IAM-style name of a call, from the names that AWS's SDKs use: `SecurityHub`, `EnableSecurityHub`. */
export function callName(service: string, operation: string): string {
  const plain = service.toLowerCase().replaceAll(/[\s.-]/g, "");
  return `${PREFIXES[plain] ?? plain}:${operation}`;
}
