import { DescribeImagesCommand, type EC2Client } from "@aws-sdk/client-ec2";

/** Id of an image to launch instances from. Throws where there is none. */
export async function machineImage(ec2: EC2Client): Promise<string> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const id = Images[0]?.ImageId;
  if (id === undefined) throw new Error("looking for an image to launch: the sandbox has none");
  return id;
}
