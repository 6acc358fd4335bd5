export interface ActionRules {
  /** Inputs that must be there. */
  readonly required?: readonly string[];
  /** Inputs of which one must be there. */
  readonly oneOf?: readonly string[];
}

/** Actions of schema 0.3 with the inputs that they need (Systems Manager user guide, "Automation actions reference"). */
export const AUTOMATION_ACTIONS: Readonly<Record<string, ActionRules>> = {
  "aws:approve": { required: ["Approvers"] },
  "aws:assertAwsResourceProperty": { required: ["Service", "Api", "PropertySelector", "DesiredValues"] },
  "aws:branch": { required: ["Choices"] },
  "aws:changeInstanceState": { required: ["InstanceIds", "DesiredState"] },
  "aws:copyImage": { required: ["SourceImageId", "SourceRegion", "ImageName"] },
  "aws:createImage": { required: ["InstanceId", "ImageName"] },
  "aws:createStack": { required: ["StackName"], oneOf: ["TemplateBody", "TemplateURL"] },
  "aws:createTags": { required: ["ResourceIds", "Tags"] },
  "aws:deleteImage": { required: ["ImageId"] },
  "aws:deleteStack": { required: ["StackName"] },
  "aws:executeAutomation": { required: ["DocumentName"] },
  "aws:executeAwsApi": { required: ["Service", "Api"] },
  "aws:executeScript": { required: ["Runtime"], oneOf: ["Script", "Attachment"] },
  "aws:executeStateMachine": { required: ["stateMachineArn"] },
  "aws:invokeLambdaFunction": { required: ["FunctionName"] },
  "aws:invokeWebhook": { required: ["IntegrationName"] },
  "aws:loop": { required: ["Steps"], oneOf: ["Iterators", "LoopCondition"] },
  "aws:pause": {},
  "aws:runCommand": { required: ["DocumentName"] },
  "aws:runInstances": { required: ["ImageId"] },
  "aws:sleep": { oneOf: ["Duration", "Timestamp"] },
  "aws:updateVariable": { required: ["Name", "Value"] },
  "aws:waitForAwsResourceProperty": { required: ["Service", "Api", "PropertySelector", "DesiredValues"] },
};
