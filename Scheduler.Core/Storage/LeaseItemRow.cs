using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Storage;

/// <summary>Maps a claimed row to what the worker gets.</summary>
internal static class LeaseItemRow
{
    /// <returns>Null for the row that only says that nothing was claimed.</returns>
    public static LeaseItem? Map(SqlRow row, Duration lease) =>
        row.IsNull("queue_id")
            ? null
            : RunTrace.Attach(
                row.Text("lane"),
                new LeaseItem
                {
                    QueueId = row.Text("queue_id"),
                    RunId = row.Text("run_id"),
                    ConfigId = row.Text("config_id"),
                    CustomerId = row.Text("customer_id"),
                    PipelineId =
                        $"{row.Text("customer_id")}-{row.Text("provider")}-{row.Text("domain")}-{row.Text("pipeline_template")}",
                    PipelineLoggingId = row.Text("pipeline_logging_id"),
                    Provider = row.Text("provider"),
                    Domain = row.Text("domain"),
                    PipelineTemplate = row.Text("pipeline_template"),
                    TenantDatasetId = row.Text("tenant_dataset_id"),
                    Parameters = row.JsonOrNull("parameters"),
                    ScheduledTime = row.At("scheduled_time"),
                    VisibleAt = row.At("visible_at"),
                    DataIntervalStart = row.At("data_interval_start"),
                    DataIntervalEnd = row.At("data_interval_end"),
                    RetryAttempt = row.Int32("retry_attempt"),
                    TriggeredBy = row.Word<TriggeredBy>("triggered_by"),
                    LeaseEpoch = row.Int64("lease_epoch"),
                    LeaseToken = row.Text("lease_token"),
                    LeaseExpiresAt = row.At("lease_expires_at"),
                    LeaseSeconds = (int)lease.TotalSeconds,
                    Credential = row.IsNull("credential_id")
                        ? null
                        : new CredentialEnvelope
                        {
                            CredentialId = row.Text("credential_id"),
                            Provider = row.Text("credential_provider"),
                            CredentialType = row.Text("credential_type"),
                            EncryptedCredentials = Convert.ToBase64String(row.Bytes("encrypted_credentials")),
                            KmsKeyVersion = row.Text("kms_key_version"),
                        },
                }
            );
}
