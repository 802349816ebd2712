using NUnit.Framework;

namespace Scheduler.Tests.EndToEnd.Clouds;

/// <summary>The five providers through the built programs.</summary>
[NonParallelizable]
[Platform("Linux")]
public sealed class FiveCloudsTests
{
    [Test]
    public async Task Costs_of_five_providers_come_through_API_and_worker_into_one_table()
    {
        await using var run = new CloudsRun();

        var costs = await run.RunAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Complaints, Is.Empty);
            Assert.That(
                await run.PacesAsync(),
                Is.EqualTo(["AWS Cost Explorer", "Azure", "BigQuery", "Claude", "OpenAI"])
            );
            Assert.That(
                costs.Select(row => $"{row[0]} {row[1]} {row[3]} {row[4]} {row[5]}"),
                Is.EqualTo([
                    "AWS Amazon EC2 120.04 120.04 USD",
                    "AWS Amazon EC2 118.99 118.99 USD",
                    "AWS Amazon S3 8.20 8.20 USD",
                    "AWS Tax 23.50 23.50 USD",
                    "AZURE Storage 3.35 3.35 EUR",
                    "AZURE Virtual Machines 64.10 64.10 EUR",
                    "CLAUDE Claude API 7.1234 7.1234 USD",
                    "CLAUDE Claude API 0.80 0.80 USD",
                    "GCP BigQuery 40.00 40.00 USD",
                    "GCP Cloud Run 17.05 17.05 USD",
                    "OPENAI OpenAI API 12.50 12.50 USD",
                    "OPENAI OpenAI API 9.75 9.75 USD",
                ])
            );
        }
    }
}
