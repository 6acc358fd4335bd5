/** Where a Security Hub resource lives: every ARN is built from these, never from a literal `arn:aws`. */
export interface Place {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
}

function regional(place: Place, resource: string): string {
  return `arn:${place.partition}:securityhub:${place.region}:${place.accountId}:${resource}`;
}

/** ARN of the one hub that an account has in a region. */
export function hubArn(place: Place): string {
  return regional(place, "hub/default");
}

/** ARN of an account's subscription to a standard, e.g. `...:subscription/nist-800-53/v/5.0.0`. */
export function subscriptionArn(place: Place, standardPath: string): string {
  return regional(place, `subscription/${standardPath}`);
}

/** ARN of a control within a standard, as `UpdateStandardsControl` takes it. */
export function standardsControlArn(place: Place, standardPath: string, requirement: string): string {
  return regional(place, `control/${standardPath}/${requirement}`);
}

/** ARN of a control across standards, e.g. `...:security-control/IAM.7`. */
export function securityControlArn(place: Place, controlId: string): string {
  return regional(place, `security-control/${controlId}`);
}

/** ARN of a custom action, as its EventBridge events carry it. */
export function actionTargetArn(place: Place, id: string): string {
  return regional(place, `action/custom/${id}`);
}

/** ARN of the product under which an account imports its own findings. */
export function defaultProductArn(place: Place): string {
  return regional(place, `product/${place.accountId}/default`);
}

/** ARN of an integrated product, e.g. `arn:aws:securityhub:us-east-1::product/aws/guardduty`. */
export function productArn(place: Place, product: string): string {
  return `arn:${place.partition}:securityhub:${place.region}::product/${product}`;
}

/** ARN of an account's subscription to an integrated product. */
export function productSubscriptionArn(place: Place, product: string): string {
  return regional(place, `product-subscription/${product}`);
}

/** ARN of a finding aggregator. */
export function findingAggregatorArn(place: Place, id: string): string {
  return regional(place, `finding-aggregator/${id}`);
}

/** ARN of an automation rule; AWS chooses the id. */
export function automationRuleArn(place: Place, id: string): string {
  return regional(place, `automation-rule/${id}`);
}

/** ARN of an insight of an account's own; those that AWS manages have another form. */
export function insightArn(place: Place, id: string): string {
  return regional(place, `insight/${place.accountId}/custom/${id}`);
}

/** ARN of a configuration policy. */
export function configurationPolicyArn(place: Place, id: string): string {
  return regional(place, `configuration-policy/${id}`);
}
