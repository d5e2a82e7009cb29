namespace NodeGuard.Core.Fleet.Planning;

/// <summary>What to disrupt now. A pure function of one reading of the cluster and the time.</summary>
public static class FleetPlanner
{
    public static FleetPlan Plan(FleetState state, DateTimeOffset now) => new PlanningPass(state, now).Run();
}
