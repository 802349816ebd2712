using System.Text.Json.Nodes;
using Refit;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>The calls of BigQuery's REST API (v2) that the engine makes.</summary>
internal interface IBigQueryApi
{
    [Post("/bigquery/v2/projects/{project}/queries")]
    Task<IApiResponse<BigQueryResult>> QueryAsync(
        string project,
        [Body] JsonObject request,
        CancellationToken cancellationToken
    );

    [Post("/bigquery/v2/projects/{project}/jobs")]
    Task<IApiResponse<BigQueryJob>> InsertJobAsync(
        string project,
        [Body] JsonObject job,
        CancellationToken cancellationToken
    );

    [Get("/bigquery/v2/projects/{project}/jobs/{jobId}")]
    Task<IApiResponse<BigQueryJob>> GetJobAsync(
        string project,
        string jobId,
        string location,
        CancellationToken cancellationToken
    );

    [Post("/bigquery/v2/projects/{project}/jobs/{jobId}/cancel")]
    Task<IApiResponse<BigQueryCancel>> CancelJobAsync(
        string project,
        string jobId,
        [Query] string location,
        CancellationToken cancellationToken
    );

    /// <param name="useInt64Timestamp">Each page has to be asked for exact timestamps again.</param>
    [Get("/bigquery/v2/projects/{project}/queries/{jobId}")]
    Task<IApiResponse<BigQueryResult>> GetResultsAsync(
        string project,
        string jobId,
        string location,
        int timeoutMs,
        string? pageToken,
        [AliasAs("formatOptions.useInt64Timestamp")] string useInt64Timestamp,
        CancellationToken cancellationToken
    );

    [Post("/bigquery/v2/projects/{project}/datasets")]
    Task<IApiResponse<BigQueryDataset>> InsertDatasetAsync(
        string project,
        [Body] JsonObject dataset,
        CancellationToken cancellationToken
    );

    /// <param name="deleteContents">Without it a dataset that has tables is not deleted.</param>
    [Delete("/bigquery/v2/projects/{project}/datasets/{dataset}")]
    Task<IApiResponse<BigQueryDataset>> DeleteDatasetAsync(
        string project,
        string dataset,
        string deleteContents,
        CancellationToken cancellationToken
    );

    [Get("/bigquery/v2/projects/{project}/datasets/{dataset}/tables")]
    Task<IApiResponse<BigQueryTables>> ListTablesAsync(
        string project,
        string dataset,
        CancellationToken cancellationToken
    );
}
