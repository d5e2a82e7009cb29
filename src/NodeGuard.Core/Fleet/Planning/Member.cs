namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A node while a plan is made, with what is known of it by then.</summary>
internal sealed class Member(FleetNode node)
{
    public FleetNode Node { get; } = node;

    /// <summary>Empty when none, or more than one, selects the node.</summary>
    public string Policy { get; set; } = string.Empty;

    /// <summary>The policies that select the node, when they are more than one.</summary>
    public string? Conflict { get; set; }

    public PolicyScope? Scope { get; set; }

    /// <summary>Null when its policy knows no age.</summary>
    public AgeTimes? Age { get; set; }

    /// <summary>In the order of its policy's latest starts; null when it takes no part in the pace.</summary>
    public int? Place { get; set; }

    /// <summary>It is unavailable, or holds a slot, or starts now.</summary>
    public bool IsAway { get; set; }

    public NodeOutlook? Outlook { get; set; }
}
