using System.Globalization;
using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Every process has a wall clock that is up to ten minutes wrong, and that jumps by an hour back or a day ahead.</summary>
internal sealed class ClocksWrong : CampaignFault
{
    private readonly Dictionary<Slot, string> files = [];

    public override string Id => "F6";

    public override string Title => "wall clocks wrong by 10 minutes, jumps of -1 h and +1 day";

    public override Task PrepareAsync(Site site, Random random)
    {
        foreach (var slot in site.Slots)
        {
            files[slot] = Path.Combine(site.Folder, $"clock-{slot.Name}");
            Set(slot, Between(random, -600, 600));
            slot.Always[ShiftedTime.Variable] = files[slot];
        }
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        var slots = site.Slots.ToArray();
        random.Shuffle(slots);
        foreach (var slot in slots)
        {
            await PauseAsync(Between(random, 0.2, 0.9));
            var shift = random.Next(2) == 0 ? -3_600 : 86_400;
            Set(slot, shift);
            site.Note($"the clock of {slot.Name} jumps to {shift} s");
        }
        await PauseAsync(1);
    }

    // A process writes down that it has seen its clock jump.
    public override void Count(Site site) => site.Hit(Id, files.Values.Count(file => File.Exists($"{file}.seen")));

    private void Set(Slot slot, double seconds) =>
        File.WriteAllText(files[slot], seconds.ToString(CultureInfo.InvariantCulture));
}
