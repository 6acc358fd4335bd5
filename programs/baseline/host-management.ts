import { arn, type Partition } from "../partition.ts";

/** The setting that holds the role of default host management, in the ARN of a service setting. */
export const HOST_MANAGEMENT_SETTING = "servicesetting/ssm/managed-instance/default-ec2-instance-management-role";

/** What AWS gives the role of default host management (Systems Manager user guide, "Default Host Management Configuration"). */
export const HOST_POLICY = "policy/AmazonSSMManagedEC2InstanceDefaultPolicy";

/** What AWS gives the role by which a maintenance window runs commands ("Setting up Maintenance Windows"). */
export const WINDOW_POLICY = "service-role/AmazonSSMMaintenanceWindowRole";

/** The ARN by which the setting of an account in a region is read and changed. */
export function hostManagementSetting(partition: Partition, region: string, accountId: string): string {
  return arn(partition, "ssm", region, accountId, HOST_MANAGEMENT_SETTING);
}
