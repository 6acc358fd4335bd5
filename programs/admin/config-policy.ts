/** The policy of AWS by which an aggregator reads who belongs to the organization, without its ARN's beginning. */
export const AGGREGATOR_POLICY = "service-role/AWSConfigRoleForOrganizations";
