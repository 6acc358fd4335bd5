import { DescribeImagesCommand, type EC2Client } from "@aws-sdk/client-ec2";

let known: Promise<string> | undefined;

/** Id of an image to launch instances from: every sandbox has the same, and lists hundreds, which is asked once. */
export function machineImage(ec2: EC2Client): Promise<string> {
  known ??= ec2
    .send(new DescribeImagesCommand({ Owners: ["amazon"] }))
    .then(({ Images = [] }) => Images[0]?.ImageId ?? "");
  return known;
}
