using Scheduler.Core.Scheduling;
using Scheduler.Tests.Campaigns.Proxies;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Security.Secrets;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>The service that keeps the keys refuses, hangs, answers with a wrong key, and gets a new version of its key.</summary>
internal sealed class KeysAway : CampaignFault
{
    private const int Pipelines = 12;
    private const string Secret = "canary-export-key-55e0b7aa13";
    private const string Export = "focus-example-co-a.csv";
    private readonly List<string> all = [];
    private KmsStandIn? keys;
    private TokenServer? exports;
    private int faults;

    public override string Id => "F14";

    public override string Title => "key service away, slow, with a wrong key, with a new version";

    public override bool IsForSqlite => true;

    public override bool IsForMixes => false;

    public override Task PrepareAsync(Site site, Random random)
    {
        keys = site.Keep(new KmsStandIn());
        exports = site.Keep(new TokenServer(Secret, File.ReadAllBytes(BuiltProgram.Sample(Export))));
        var metadata = site.Keep(new MetadataServer());
        foreach (var settings in (Dictionary<string, string>[])[site.InstanceSettings, site.WorkerSettings])
        {
            settings["Scheduler__Secrets__KmsKey"] = KmsStandIn.Key;
            settings["Scheduler__Secrets__KmsEndpoint"] = $"{keys.Address}";
            settings["GCE_METADATA_HOST"] = metadata.Host;
        }
        site.WorkerSettings[exports.Setting.Name] = exports.Setting.Value;
        return Task.CompletedTask;
    }

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        // It opens no credential.
        load.HasOwnWorker = false;
        load.Secrets.Add(Secret);
        using var client = site.ClientOf(site.Instances[0]);
        for (var number = 0; number < Pipelines; number++)
        {
            var customer = number % 2 == 0 ? "large_co" : "second_co";
            var credential = await client.AddCredentialAsync(
                customer,
                PipelineRequests.ApiKey("FILE", Secret) with
                {
                    CredentialName = $"export key {number}",
                }
            );
            all.Add(
                await load.ConfigureAsync(
                    site.Instances[0],
                    customer,
                    PipelineRequests.FocusAt(exports!.Export, $"export {number}", credential.CredentialId) with
                    {
                        MisfirePolicy = MisfirePolicy.RunAll,
                        RetryConfig = PipelineRequests.QuickRetries,
                    },
                    times: 1
                )
            );
        }
        keys!.Rotate();
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(0.5);
        for (var phase = 0; phase < 3; phase++)
        {
            switch ((phase + random.Next(3)) % 3)
            {
                case 0:
                    keys!.Refuse(503, "UNAVAILABLE", times: 12);
                    faults += 12;
                    site.Note("the key service refuses 12 calls");
                    break;
                case 1:
                    keys!.Hang();
                    keys.Hang();
                    faults += 2;
                    site.Note("the key service does not answer two calls");
                    break;
                default:
                    keys!.Spoil(
                        answer =>
                        {
                            if (answer.ContainsKey("plaintext"))
                            {
                                answer["plaintext"] = Convert.ToBase64String(new byte[32]);
                            }
                        },
                        times: 3
                    );
                    faults += 3;
                    site.Note("the key service answers three times with a wrong key");
                    break;
            }
            await load.MakeDueAsync(all[(phase * Pipelines / 3)..((phase + 1) * Pipelines / 3)]);
            await PauseAsync(2);
            keys.Rotate();
        }
        site.Hit(Id, faults - keys!.Faults.Count);
        keys.Faults.Clear();
    }
}
