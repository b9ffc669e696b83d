# The sample in two regions, of the built-in resource that is nothing but data: no provider, no network, no cost.

resource "terraform_data" "vpc_us" {
  input = "vpc-us"
}

resource "terraform_data" "vpc_eu" {
  input = "vpc-eu"
}

resource "terraform_data" "subnet_us" {
  input      = "subnet-us"
  depends_on = [terraform_data.vpc_us]
}

resource "terraform_data" "subnet_eu" {
  input      = "subnet-eu"
  depends_on = [terraform_data.vpc_eu]
}

resource "terraform_data" "sg_web_us" {
  input      = "sg-web-us"
  depends_on = [terraform_data.vpc_us]
}

resource "terraform_data" "sg_web_eu" {
  input      = "sg-web-eu"
  depends_on = [terraform_data.vpc_eu]
}

resource "terraform_data" "sg_db_us" {
  input      = "sg-db-us"
  depends_on = [terraform_data.vpc_us]
}

resource "terraform_data" "sg_db_eu" {
  input      = "sg-db-eu"
  depends_on = [terraform_data.vpc_eu]
}

resource "terraform_data" "iam_roles" {
  input = "iam-roles"
}

resource "terraform_data" "dns_zone" {
  input = "dns-zone"
}

resource "terraform_data" "s3_logs" {
  input = "s3-logs"
}

resource "terraform_data" "s3_media" {
  input = "s3-media"
}

resource "terraform_data" "db_us_primary" {
  input      = "db-us-primary"
  depends_on = [terraform_data.subnet_us, terraform_data.sg_db_us]
}

resource "terraform_data" "db_eu_replica" {
  input      = "db-eu-replica"
  depends_on = [terraform_data.db_us_primary, terraform_data.subnet_eu, terraform_data.sg_db_eu]
}

resource "terraform_data" "cache_us" {
  input      = "cache-us"
  depends_on = [terraform_data.subnet_us, terraform_data.sg_db_us]
}

resource "terraform_data" "cache_eu" {
  input      = "cache-eu"
  depends_on = [terraform_data.subnet_eu, terraform_data.sg_db_eu]
}

resource "terraform_data" "app_us" {
  input      = "app-us"
  depends_on = [terraform_data.db_us_primary, terraform_data.cache_us, terraform_data.iam_roles]
}

resource "terraform_data" "app_eu" {
  input      = "app-eu"
  depends_on = [terraform_data.db_eu_replica, terraform_data.cache_eu, terraform_data.iam_roles]
}

resource "terraform_data" "lb_us" {
  input      = "lb-us"
  depends_on = [terraform_data.app_us, terraform_data.sg_web_us]
}

resource "terraform_data" "lb_eu" {
  input      = "lb-eu"
  depends_on = [terraform_data.app_eu, terraform_data.sg_web_eu]
}

resource "terraform_data" "cdn" {
  input      = "cdn"
  depends_on = [terraform_data.s3_media, terraform_data.lb_us, terraform_data.lb_eu, terraform_data.dns_zone]
}
